"""Recommendation, confirmation by the mandate, appeal, and the letters that follow."""
