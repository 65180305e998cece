"""The networks in PyTorch. Tensors are float32, ``(batch, channel, y, x)``."""
