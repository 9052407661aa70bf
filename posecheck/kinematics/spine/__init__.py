"""The shape of the back: its profile in the silhouette, the quality gates, the network, the flexion read from them."""
