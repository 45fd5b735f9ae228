"""What Blynk has missed, sent later with the times at which it was so."""
