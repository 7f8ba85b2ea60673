using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingShm.Tests.Tidy;

/// <summary>Every access to shared memory has a name, and whoever orders something says with whom.</summary>
internal static partial class EdgeRules
{
    private static readonly string[] Ordered = ["LoadAcquire", "StoreRelease", "CompareExchange", "Fence", "LoadFence", "StoreFence"];
    private static readonly string[] Unordered = ["Load", "Store", "CopyIn", "CopyOut", "Write", "Read"];
    private static readonly string[] Seams = ["TMemory", "DirectMemory"];

    /// <summary>How many lines above an access its comment may be.</summary>
    private const int CommentReach = 3;

    /// <summary>An access through the seam that does not pass an edge by name.</summary>
    public static IEnumerable<string> UnnamedAccesses(SourceFile file) =>
        from access in Accesses(file, [.. Ordered, .. Unordered])
        where EdgeOf(access) == null
        select $"{file.Path}:{Syntax.LineOf(access)}: {access.Expression} passes no edge";

    /// <summary>An ordered access without a comment just above it that names its edge.</summary>
    public static IEnumerable<string> UncommentedAccesses(SourceFile file)
    {
        string[] lines = file.Lines;
        foreach (InvocationExpressionSyntax access in Accesses(file, Ordered))
        {
            int line = Syntax.LineOf(access);
            string? edge = EdgeOf(access);
            IEnumerable<string> comments = lines[Math.Max(0, line - 1 - CommentReach)..(line - 1)]
                .Where(text => text.TrimStart().StartsWith("//", StringComparison.Ordinal));
            if (edge != null && !comments.Any(comment => EdgePattern().Matches(comment).Any(match => match.Value == edge)))
                yield return $"{file.Path}:{line}: {access.Expression} has no comment that names {edge}";
        }
    }

    /// <summary>The edges that a file passes to the seam.</summary>
    public static IEnumerable<string> Used(SourceFile file) => Accesses(file, [.. Ordered, .. Unordered]).Select(EdgeOf).OfType<string>();

    /// <summary>The members of the Edge enumeration.</summary>
    public static IReadOnlyList<string> Declared(SourceFile file) =>
    [
        .. Syntax.All<EnumDeclarationSyntax>(file).Where(declaration => declaration.Identifier.Text == "Edge")
            .SelectMany(declaration => declaration.Members).Select(member => member.Identifier.Text),
    ];

    /// <summary>The first cells of a document's tables that look like an edge.</summary>
    public static IReadOnlyList<string> Documented(SourceFile document) =>
        [.. document.Lines.Select(line => RowPattern().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)];

    /// <summary>What the code uses, the enumeration declares and the document lists is one set, and each has one row.</summary>
    public static IEnumerable<string> Disagreements(IEnumerable<string> used, IReadOnlyList<string> declared, IReadOnlyList<string> documented)
    {
        HashSet<string> usedOnce = [.. used];
        return
        [
            .. declared.Except(usedOnce).Select(edge => $"{edge} is declared and never used"),
            .. usedOnce.Except(declared).Select(edge => $"{edge} is used and not declared"),
            .. declared.Except(documented).Select(edge => $"{edge} has no row in the document"),
            .. documented.Except(declared).Select(edge => $"{edge} has a row in the document and is not declared"),
            .. documented.CountBy(edge => edge).Where(rows => rows.Value > 1).Select(rows => $"{rows.Key} has {rows.Value} rows in the document"),
        ];
    }

    private static IEnumerable<InvocationExpressionSyntax> Accesses(SourceFile file, string[] members) => file.Layer == "Memory"
        ? []
        : Syntax.All<InvocationExpressionSyntax>(file).Where(call =>
            call.Expression is MemberAccessExpressionSyntax access
            && Seams.Contains(access.Expression.ToString().Split('.')[^1])
            && members.Contains(access.Name.Identifier.Text));

    private static string? EdgeOf(InvocationExpressionSyntax access) => access.ArgumentList.Arguments
        .Select(argument => argument.Expression).OfType<MemberAccessExpressionSyntax>()
        .FirstOrDefault(member => member.Expression.ToString() == "Edge")?.Name.Identifier.Text;

    [GeneratedRegex(@"\b[A-Z]\d+\b")]
    private static partial Regex EdgePattern();

    [GeneratedRegex(@"^\|\s*([A-Z]\d+)\s*\|")]
    private static partial Regex RowPattern();
}
