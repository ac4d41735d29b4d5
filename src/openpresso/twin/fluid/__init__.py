"""The slow scale: fluid and lymph from minutes to weeks."""
