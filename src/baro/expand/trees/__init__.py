"""The files of a repository at a revision; nothing here touches the checkout."""
