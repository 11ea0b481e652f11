"""What work costs: electricity by tariff, rented and bought hardware, named extras."""
