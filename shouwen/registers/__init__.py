"""台账: the things a company keeps (houses, basements, vehicles, price items). Their types are declared in packs."""
