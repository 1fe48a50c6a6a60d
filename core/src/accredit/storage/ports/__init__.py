"""What a storage promises: one file for each port, with its values, its bounds and its obligations."""
