"""What keeps Argo CD from comparing or applying an Application."""
