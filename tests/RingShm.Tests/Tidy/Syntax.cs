using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RingShm.Tests.Tidy;

/// <summary>What the rules need of the parser.</summary>
internal static class Syntax
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    public static SyntaxNode Parse(SourceFile file) => CSharpSyntaxTree.ParseText(file.Text, Options).GetRoot();

    public static IEnumerable<T> All<T>(SourceFile file)
        where T : SyntaxNode => Parse(file).DescendantNodes().OfType<T>();

    public static int LineOf(SyntaxNodeOrToken node) => node.GetLocation()!.GetLineSpan().StartLinePosition.Line + 1;
}
