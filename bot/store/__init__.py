"""All SQL. One function per question, the connection first."""
