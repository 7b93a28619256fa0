"""Neural-network building blocks for TensorFlow 1.3 and 2.x."""
