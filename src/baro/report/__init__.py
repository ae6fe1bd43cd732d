"""Many voices for one answer: terminal, JSON, SARIF, JUnit, GitLab, Markdown, HTML."""
