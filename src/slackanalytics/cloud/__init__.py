"""In AWS: the templates, the packages, the dashboard, and what deploys and watches them."""
