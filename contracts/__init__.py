"""Not begun: Solidity sources, and the committed ABI and bytecode."""
