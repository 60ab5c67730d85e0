"""What a stage deploys beside roles, made in a local AWS: which calls, in which order.

One file a thing: model.py has the values, texts.py fills and binds symbols, of.py reads properties,
the tables of types are storage.py, messages.py, secrets.py and others.py, table.py joins them,
order.py sorts by who needs whom, parameters.py fits values to botocore's models, policies.py puts
resource policies, making.py walks through it all with a caller that is given.
"""
