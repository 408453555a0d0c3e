//! What people complain about in tools of this sort, each acted out here to show that this one has not got it:
//! `docs/complaints.md` is the list.

mod access;
mod codedeploy;
mod diagnosis;
mod keeping;
mod listed;
mod ownership;
mod shops;
mod success;
mod undoing;
mod waiting;
