"""Used by all packages: errors, command line, files, hyper-parameters, plots, HTML reports."""
