//! What the papers print works when it is pasted.
