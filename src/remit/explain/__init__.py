"""Why a decision fell: open requests, the statement that came nearest, what it lacks."""
