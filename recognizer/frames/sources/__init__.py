"""Where frames come from: cameras, videos, pictures, URLs."""
