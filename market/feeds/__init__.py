"""Price feeds: connections to upstreams, recordings and a pretended market, all giving the same ticks."""
