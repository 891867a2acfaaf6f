"""What the product is measured by: quality of answers, speed, CPU. Ratios and figures, never a timed test."""
