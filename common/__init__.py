"""Used by all packages: command line, errors, files, hyper-parameters, plots, resources, HTML."""
