//! The bounded fault matrices, on the cluster.
