"""ssm-broker's surroundings on one machine: AWS, front door, Lambda, nodes and people."""
