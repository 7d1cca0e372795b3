"""Allocation: menus of exact offers, the problem, its solution, settlement and audit (校核)."""
