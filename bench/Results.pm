# SPDX-License-Identifier: GPL-2.0
# What bench/run has written, and bench/limits.
package Results;

use strict;
use warnings;
use JSON::PP;

sub slurp
{
	my ($file) = @_;

	open(my $in, '<', $file) or die("$file: $!\n");
	local $/;
	return scalar(<$in>);
}

# What bench/run has written to a file.
sub read
{
	my ($file) = @_;
	my $all = eval { JSON::PP->new->decode(slurp($file)) };

	die("$file: not what bench/run writes: $@") if !$all || !$all->{rows};
	return $all;
}

# A row's name, for people too.
sub key
{
	my ($row) = @_;

	return "$row->{path}, $row->{bytes} bytes";
}

# Rows by their names.
sub by_key
{
	my ($rows) = @_;

	return { map { key($_) => $_ } @{$rows // []} };
}

1;
