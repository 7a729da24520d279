"""The `shouwen` command: each sub-command is a module with `add_arguments(parser)` and `main(args) -> exit code`."""
