//! The macros that define what is read of an object: a struct with a field for each member that counts.
//! They go into the files beside this one.

/// Defines a struct of the members of an object that are read, as `MEMBER => FIELD: TYPE`, and its method
/// `field`, which reads the value of one member.
macro_rules! fields {
    (
        $(#[$doc:meta])*
        $name:ident {
            $($member:ident => $field:ident: $type:ty,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(in crate::cloudtrail::event::record) struct $name {
            $(pub(in crate::cloudtrail::event::record) $field: $type,)+
        }

        impl $name {
            /// Reads the value of a member; skips it if the member is not one of the fields.
            // A record has a dozen members: a call for each would cost more than reading its name.
            #[inline(always)]
            fn field<'de, A: MapAccess<'de>>(
                &mut self,
                member: Member,
                map: &mut A,
                odd: &mut bool,
            ) -> Result<(), A::Error> {
                match member {
                    $(Member::$member => {
                        map.next_value_seed(Seed { value: &mut self.$field, odd })
                    })+
                    _ => map.next_value::<IgnoredAny>().map(|_| ()),
                }
            }
        }
    };
}

/// The method `object` of [`Lenient`] for a struct of `fields!`.
macro_rules! object_of_fields {
    () => {
        fn object<'de, A: MapAccess<'de>>(
            &mut self,
            mut map: A,
            odd: &mut bool,
        ) -> Result<(), A::Error> {
            while let Some(member) = map.next_key()? {
                self.field(member, &mut map, odd)?;
            }
            Ok(())
        }
    };
}

pub(super) use {fields, object_of_fields};
