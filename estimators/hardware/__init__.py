"""What is known of hardware by its name: peak speed, memory, design power, embodied carbon."""
