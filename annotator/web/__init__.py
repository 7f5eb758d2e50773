"""The browser: one module per desk, and nothing that knows a rule of coding."""
