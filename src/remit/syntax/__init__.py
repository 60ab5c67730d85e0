"""Documents with positions: JSON and YAML to nodes, nodes to policies."""
