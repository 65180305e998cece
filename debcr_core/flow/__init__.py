"""The one data flow: plan, run, join, undo, from image to image and from file to file."""
