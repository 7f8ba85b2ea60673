namespace RingShm.Tests.Mapping;

public sealed class RegionNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("orders")]
    [InlineData("Market-Data_2.v1")]
    [InlineData("..a")]
    [InlineData("-")]
    public void A_good_name_is_a_name(string text)
    {
        RegionName name = text;
        Assert.Equal((text, false, false), (name.Value, name.IsPath, name.IsGlobal));
        Assert.Equal(text, name.ToString());
    }

    [Fact]
    public void A_name_has_up_to_100_characters()
    {
        Assert.Equal(100, RegionName.Parse(new string('x', 100)).Value.Length);
        Assert.Throws<ArgumentException>(() => RegionName.Parse(new string('x', 101)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("two words")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("naïve")]
    [InlineData("名前")]
    [InlineData("a:b")]
    [InlineData("a*")]
    [InlineData("a~")]
    public void A_wrong_name_is_refused_and_quoted(string text)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => RegionName.Parse(text));
        Assert.Contains($"'{text}'", refused.Message);
        Assert.Throws<ArgumentException>(() => SpscRing.Create(text));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("tab\tbell\a")]
    [InlineData("\u001b[31mred")]
    [InlineData("nul\0")]
    [InlineData("\u0085next\u2028line")]
    public void Control_characters_never_reach_the_message(string text)
    {
        string message = Assert.Throws<ArgumentException>(() => RegionName.Parse(text)).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.DoesNotContain('\u2028', message);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("/")]
    [InlineData("é")]
    public void A_very_long_name_gives_one_short_line(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 100_000 / unit.Length));
        string message = Assert.Throws<ArgumentException>(() => RegionName.Parse(text)).Message;
        Assert.InRange(message.Length, 20, 400);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_separator_makes_a_path_and_a_path_becomes_full()
    {
        string separator = Path.DirectorySeparatorChar.ToString();
        RegionName relative = "." + separator + "ring";
        Assert.True(relative.IsPath);
        Assert.Equal(Path.GetFullPath("ring"), relative.Value);
        Assert.Equal(relative, RegionName.FromPath("ring"));
        Assert.NotEqual(relative, RegionName.Parse("ring"));
        Assert.True(RegionName.Parse("ring") == "ring" && RegionName.Parse("ring") != "other");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/tmp/")]
    [InlineData("/tmp/a\0b")]
    public void A_path_of_no_file_is_refused(string path) => Assert.Throws<ArgumentException>(() => RegionName.FromPath(path));

    [Fact]
    public void Nothing_is_no_name()
    {
        Assert.Throws<ArgumentNullException>(() => RegionName.Parse(null!));
        Assert.Throws<ArgumentNullException>(() => RegionName.FromPath(null!));
        Assert.Throws<ArgumentException>(() => SpscRing.Open(default));
        Assert.Throws<ArgumentException>(() => SpscRing.CreateOrOpen(default));
        Assert.ThrowsAny<Exception>(() => Ring.Remove(default));
    }

    [Fact]
    public void Namespaces_belong_to_Windows()
    {
        RegionName name = RegionName.Parse("ring").InGlobalNamespace();
        Assert.Equal(OperatingSystem.IsWindows(), name.IsGlobal);
        Assert.Equal(OperatingSystem.IsWindows() ? @"Global\ring" : "ring", name.ToString());
        Assert.Throws<InvalidOperationException>(() => RegionName.FromPath("ring").InGlobalNamespace());
        if (OperatingSystem.IsWindows())
            Assert.Equal(RegionName.Parse("ring"), RegionName.Parse(@"Local\ring"));
        else
            Assert.Throws<ArgumentException>(() => RegionName.Parse(@"Global\ring"));
    }
}
