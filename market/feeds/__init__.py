"""Price feeds: upstream connections, replayed recordings and a simulated market, all producing the same ticks."""
