"""Neural-network building blocks on TensorFlow 1.3 and 2.x: compat, layers, optimiser."""
