"""Signs followed from frame to frame: association, fused readings, announcements."""
