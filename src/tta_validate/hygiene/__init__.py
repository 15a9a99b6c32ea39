"""What keeps a project of uv from rotting: groups, dependencies that are imported, workspace, CI and images."""
