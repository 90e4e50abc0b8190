"""Many files in one go: the works that can be ordered, the orders, and the worker that does them one by one."""
