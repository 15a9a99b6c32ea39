"""Dependencies, groups, workspaces, CI and images."""
