"""What computes networks: PyTorch, ONNX Runtime, OpenVINO."""
