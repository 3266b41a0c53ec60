"""What people at the desk press, write and command, a file for each matter."""
