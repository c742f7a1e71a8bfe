"""What every part agrees on about meshes and requests."""
