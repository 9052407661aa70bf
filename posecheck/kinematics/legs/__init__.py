"""Which leg leads, and whether the landmarks of the legs agree with the silhouette."""
