"""How the matrix is built: closure, affinity, orders, subsystems, hubs. Pure and deterministic."""
