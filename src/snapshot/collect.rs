//! Reading a workspace: every source side by side, none of them able to end the others.
