"""What is measured: evidence of acceptance checks, estimates of one figure fused, what more plots would narrow."""
