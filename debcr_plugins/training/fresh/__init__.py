"""Train on good images alone: each patch is degraded anew, never twice by the same noise."""
