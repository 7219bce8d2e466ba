//! What every function is: boot, configuration sources, the batch loop, errors, retries, metrics.
