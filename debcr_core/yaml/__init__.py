"""YAML that people write and strangers send, and what to say of its faults."""
