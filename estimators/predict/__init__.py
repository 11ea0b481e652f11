"""Energy before a run: training and inference, from what is known of model and hardware."""
