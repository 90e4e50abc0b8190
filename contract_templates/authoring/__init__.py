"""The texts of the templates as data, and the few modules that turn them into Word files."""
