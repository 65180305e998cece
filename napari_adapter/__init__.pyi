from .images.from_layer import image_of
from .images.to_layers import layers_of

__all__ = ["image_of", "layers_of"]
