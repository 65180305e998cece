"""The doors through which every file enters and leaves."""
