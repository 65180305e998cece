"""`python -m debcr_core` is the `debcr` command."""

from debcr_core.cli import main

if __name__ == "__main__":
    main()
